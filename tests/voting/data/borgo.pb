META
key;value
description;Bilancio partecipativo di Borgo Inventato
country;Italia
unit;Borgo Inventato
instance;2025
num_projects;4
num_votes;24
budget;30000
vote_type;approval
rule;greedy
min_length;1
max_length;2
currency;EUR
comment;#1: everything in this file is invented; the value; of a comment may hold semicolons
PROJECTS
project_id;cost;votes;name;selected
P1;12000;11;Panchine all’ombra;1
P2;8500.50;9;"Fontanella; con ciotola per i cani";1
P3;20000;8;Campo da bocce;0
B/4;900;6;Scambio di semi;1
VOTES
voter_id;vote;age;sex
1;P1,P2;34;F
2;P1;51;M
3;P2,P3;29;F
4;P3;70;M
5;P1,B/4;45;F
6;P1,P3;18;F
7;B/4;33;M
8;P2;61;F
9;P1,P2;40;M
10;P3,P1;27;M
11;P2,B/4;58;F
12;P1;36;F
13;P1,P3;47;M
14;P2;22;F
15;P3;65;M
16;B/4,P2;39;F
17;P1;44;M
18;P2,P1;31;F
19;P3;53;M
20;B/4,P1;26;F
21;P2;49;F
22;P3,B/4;68;M
23;;37;F
24;;42;M
