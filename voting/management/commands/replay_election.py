# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py replay_election FILE.pb`: votes a real election again, paper by paper, and compares the counts."""

import random
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voting.replay.comparison import Line, Winners, compare, table, winners
from voting.replay.election import AlreadyReplayed, NoRoom, replay
from voting.replay.pabulib import BadElection, Election, read_election

BAD_FILE = 2


class Command(BaseCommand):
    """Exit code 0 when counts and winners are the file's own, 1 when one differs, 2 when the file can't be used."""

    help = (
        "Makes a campaign of an election in the Pabulib format: projects as ideas, voters as people, every paper cast by "
        "the service that the page uses; closes, publishes, and compares with the file's own counts and winners."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.pb", help="the election")
        parser.add_argument(
            "--revotes", type=int, metavar="SEED", help="some voters hand in another paper first, some withdraw it"
        )

    def handle(self, *, file: Path, revotes: int | None, **options) -> None:
        election = self._read(file)
        self._say_repeated(election)
        unrest = None if revotes is None else random.Random(revotes)
        try:
            counted = replay(election, name=file.stem, say=self.stderr.write, unrest=unrest)
        except AlreadyReplayed as reason:
            raise CommandError(f"This election has been replayed already, as the campaign {reason}.") from reason
        except NoRoom as reason:
            raise CommandError(f"Nothing was imported: {reason}.", returncode=BAD_FILE) from reason
        decided = winners(election, counted.supports, counted.ranking, counted.selected)
        self._report(election, compare(election, counted.supports), decided)

    def _read(self, file: Path) -> Election:
        """The election, or every problem of the file with its line."""
        try:
            return read_election(file)
        except OSError as reason:
            raise CommandError(f"{file} can't be read: {reason.strerror}.", returncode=BAD_FILE) from reason
        except BadElection as reason:
            for problem in reason.problems:
                self.stderr.write(f"line {problem.line}: {problem.reason}")
            count = len(reason.problems)
            sentence = f"Nothing was imported: {count} {'problem' if count == 1 else 'problems'} in {file.name}."
            raise CommandError(sentence, returncode=BAD_FILE) from reason

    def _say_repeated(self, election: Election) -> None:
        for each in election.repeated:
            self.stderr.write(
                f"line {each.line}: the voter {each.voter} names the project {each.project} more than once; it counts once"
            )

    def _report(self, election: Election, lines: list[Line], decided: Winners | None) -> None:
        """The two counts side by side, whether they are equal, and whether the same projects win."""
        total = sum(line.published for line in lines)
        self.stdout.write(f"{election.title}: {election.papers} papers, {total} approvals, {len(lines)} projects")
        self.stdout.write("\n".join(table(lines)))
        differing = [line for line in lines if not line.agrees]
        if not differing:
            self.stdout.write("Equal, project by project.")
        elif all(line.is_explained for line in differing):
            self.stdout.write("The file's own count takes twice what a paper names twice; nothing else differs.")
        self._say_winners(election, decided)
        faults = [f"{len(differing)} of {len(lines)} projects differ from the file's own count"] if differing else []
        faults += ["the winners differ from the file's own"] if decided and not decided.agree else []
        if faults:
            raise CommandError(f"{', and '.join(faults)}.")

    def _say_winners(self, election: Election, decided: Winners | None) -> None:
        if not election.winners:
            self.stdout.write("Winners are not compared: the file names none.")
        elif decided is None:
            self.stdout.write(f"Winners are not compared: the rule “{election.rule or 'none'}” is not known here.")
        elif decided.agree:
            self.stdout.write(f"The same {len(decided.stated)} winners by the rule {decided.rule}.")
        else:
            for name, keys in (("file", decided.stated), ("here", decided.chosen)):
                self.stdout.write(f"Winners by the rule {decided.rule}, {name}: {', '.join(sorted(keys))}")
