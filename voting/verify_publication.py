# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recounts a published ballot, alone: python3 verify_publication.py publication.json [CODE ...] [--sha256 HEX] [--en]"""
import hashlib, itertools, json, os, pathlib, sys
written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
hashed, cents = lambda text: hashlib.sha256(text.encode()).hexdigest(), lambda euros: int(euros.replace(".", ""))
def checks(text, p, asked):  # pairs: what must be true, and the words for when it is not, Italian|English|and what follows
    yield text == written(p), "il testo è riscritto: non è in forma canonica|the text is rewritten: not in canonical form"
    yield {w for w in asked if len(w) == 64} <= {hashed(text)}, "l'impronta del file è|the file's hash is|: " + hashed(text)
    rule, value, option, blank = p["rule"], p["rule"]["value"], {o["code"]: o for o in p["options"]}, p.get("abstain", [])
    more = "abstain lane lists_sha256 ranking selected ties" + " shares" * ("fund" in rule and len(blank) < p["papers"])
    some = "ballot campaign closes_at eligible max_choices opens_at options papers planned_closes_at quorum round rule scheme"
    yield {*p} == {*f"{some} sequence {more if p['quorum'] else ''}".split()}, "campi in più o in meno|fields added or missing"
    yield p["opens_at"] < p["closes_at"] <= p["planned_closes_at"], "le date non sono in ordine|the dates are out of order"
    yield p["scheme"] == "innovato/v1", "lo schema è sconosciuto|the scheme is unknown"
    yield 0 <= p["papers"] <= p["eligible"], "ci sono più schede che aventi diritto|there are more papers than electors"
    yield p["quorum"] is (p["papers"] >= 10 and p["eligible"] >= 20), "il quorum non torna|the quorum does not follow the numbers"
    yield [o["code"] for o in p["options"]] == sorted(option), "idee in disordine o ripetute|ideas out of order or repeated"
    own = f"code cost idea title {'small' * bool(rule['lane'])} {'codes supports' * p['quorum']}".split()
    yield all({*o} == {*own} for o in p["options"]), "un'idea ha campi in più o in meno|an idea has fields added or missing"
    if p["quorum"]:
        lists, cost = {c: o["codes"] for c, o in option.items()}, {c: cents(o["cost"] or "9" * 12) for c, o in option.items()}
        votes, every, full = {c: len(lists[c]) for c in lists}, sum(lists.values(), blank), p["papers"] - len(blank)
        yield all(len(c) == 12 and {*c} <= {*"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"} for c in every), "codice errato|malformed code"
        yield all(c == sorted(c) for c in (blank, *lists.values())), "un elenco non è in ordine|a list is out of order"
        yield len(every) == len({*every}), "un codice compare due volte|a code appears twice"
        yield all(votes[c] == option[c]["supports"] for c in votes), "i sostegni non sono quanti i codici|supports are not codes"
        yield max(votes.values()) <= full <= sum(votes.values()) <= full * p["max_choices"], "i conti non tornano|the sums differ"
        digest = hashed(written({"abstain": blank, "ballot": p["ballot"], "codes": lists}))
        yield p["lists_sha256"] == digest, "l'impronta degli elenchi non coincide|the hash of the lists differs"
        ranking = sorted(option, key=lambda code: (-votes[code], hashed(digest + code)))
        yield p["ranking"] == ranking, "la graduatoria non segue conteggi e spareggi|the ranking does not follow counts and ties"
        ties = [g for _, same in itertools.groupby(ranking, votes.get) if len(g := [*same]) > 1]
        yield p["ties"] == ties, "le parità non sono quelle dei conteggi|the ties are others"
        shares = p.get("shares") or {"bought": [], "fund": rule.get("fund", "0"), "share": "0", "start": "0"}
        start, paid = cents(shares["start"]), {b["code"]: (b["payers"], cents(b["price"])) for b in shares["bought"]}
        fund = cents(rule.get("fund", "0"))
        yield cents(shares["fund"]) == fund and start in (0, fund // (full or 1)), "il fondo è diverso|the fund differs"
        yield sum(cost[c] for c in paid) <= fund, "le idee comprate superano il fondo|the ideas bought exceed the fund"
        fair = [0 < n <= votes[c] and cost[c] <= n * x <= n * cents(shares["share"]) + n for c, (n, x) in paid.items()]
        yield all(fair) and len(fair) == len(shares["bought"]), "i prezzi non tornano|the prices do not add up"
        by={"equal_shares": paid, "top_n": ranking[:value], "share": [c for c in cost if 100 * votes[c] >= value * p["papers"]]}
        chosen = [c for c in ranking if votes[c] and c in by[rule["kind"]]]
        yield p["selected"] == chosen, "le idee scelte non seguono la regola|the ideas selected do not follow the rule"
        lane = [c for c in ranking if option[c].get("small") and votes[c] and c not in p["selected"]][: rule["lane"]]
        yield p["lane"] == lane, "i posti per strutture piccole non tornano|the places for small offices do not add up"
        yield from ((w in every, f"codice in nessun elenco|code in no list|: {w}") for w in asked if len(w) != 64)
if __name__ == "__main__":
    other = 0 if "--en" in sys.argv or os.environ.get("LANG", "").startswith("en") else 1  # the language that is left out
    say = lambda words: "".join(part for place, part in enumerate(words.split("|")) if place != other)  # noqa: E731
    file, *words = [w for w in sys.argv[1:] if w not in ("--en", "--sha256")] or sys.exit(__doc__)
    asked = [w.lower() if len(w) == 64 else w.replace("-", "").upper() for w in words]
    try:
        p = json.loads(text := pathlib.Path(file).read_bytes().decode())
        wrong = next((why for true, why in checks(text, p, asked) if not true), None)
    except (AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError) as failure:
        wrong = f"manca qualcosa, o ha una forma imprevista|something is missing or malformed|: {failure!r}"
    for o in [] if wrong else [*p["options"], {"title": say("scheda bianca|blank papers"), "codes": p.get("abstain")}]:
        print(len(o.get("codes") or ""), o["title"], *(w for w in asked if w in (o.get("codes") or "")))
    note = say("Quote uguali: tornano i prezzi, non chi paga|Equal shares: the prices add up, who pays is not checked")
    sys.exit(say(f"NON VALIDA: |NOT VALID: |{say(wrong)}") if wrong else "shares" in p and print(note))
