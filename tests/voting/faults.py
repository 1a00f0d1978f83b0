# SPDX-License-Identifier: AGPL-3.0-or-later
"""Faults somebody could put into the ballot's code, each with the tests that have to notice it.

An edit names text that stands in its file exactly once; where it no longer does, the run stops and says so, because a
fault that is not put in proves nothing.
"""

from dataclasses import dataclass

LITE, POSTGRES = "SQLite", "PostgreSQL"
CASTING, CLOSING, SEALING = (f"voting/services/{name}.py" for name in ("casting", "closing", "sealing"))
RULES, URN, TALLY, KEYSTORE = (f"voting/{name}.py" for name in ("rules", "urn", "tally", "keystore"))

ATOMIC = "with transaction.atomic(durable=True):"
READ = '            ballot = Ballot.objects.select_related("campaign", "round")'
NEW_PAPER = "    def new_paper(ballot: Ballot, old: Paper | None) -> Paper:\n"
NOTHING = '__import__("contextlib")'  # an edit adds no import
NOW = '__import__("django.db.models").db.models.Value(__import__("django.utils.timezone").utils.timezone.now())'


@dataclass(frozen=True)
class Fault:
    """One fault: what it is, its edits (file, text, text instead), and where it must be noticed (below tests/voting)."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]
    database: str = LITE


def fault(name: str, file: str, old: str, new: str, *tests: str, database: str = LITE) -> Fault:
    """A fault of one edit."""
    return Fault(name, ((file, old, new),), tests, database)


LOCKS = (
    fault("a paper does not hold the ballot", CASTING, "    hold_with_others(ballot_id)\n", "",
          "test_races.py", database=POSTGRES),
    fault("the close does not hold the ballot", CLOSING, f"            hold_alone(ballot_id)\n{READ}", READ,
          "test_races.py", database=POSTGRES),
    fault("the close shares the ballot with papers", "voting/database.py",
          '_hold("pg_advisory_xact_lock", ballot_id)', '_hold("pg_advisory_xact_lock_shared", ballot_id)',
          "test_races.py", database=POSTGRES),
    fault("papers keep each other waiting", "voting/database.py",
          '_hold("pg_advisory_xact_lock_shared", ballot_id)', '_hold("pg_advisory_xact_lock", ballot_id)',
          "test_races.py", database=POSTGRES),
    fault("the own box is read without its lock", CASTING, ".select_for_update().values_list", ".values_list",
          "test_races.py", database=POSTGRES),
    fault("the second of two first papers fails", CASTING, " ON CONFLICT DO NOTHING", "",
          "test_races.py", database=POSTGRES),
    fault("the close is not one transaction", CLOSING, f"        {ATOMIC}\n            hold_alone(ballot_id)\n{READ}",
          f"        with {NOTHING}.nullcontext():\n{READ}", "test_closing.py"),
)  # fmt: skip

WHO_WHEN_WHAT = (
    fault("papers are taken after the end", RULES, "ballot.state != BallotState.OPEN or now >= ballot.closes_at",
          "ballot.state != BallotState.OPEN", "test_casting.py"),
    fault("papers are taken before the opening", RULES, "ballot.state == BallotState.SCHEDULED or now < ballot.opens_at",
          "False", "test_casting.py"),
    fault("papers are taken by a closed ballot", RULES, "ballot.state != BallotState.OPEN or now >= ballot.closes_at",
          "now >= ballot.closes_at", "test_guarding.py"),
    fault("the application's clock decides", CASTING, "rules.check_open(ballot, now=now)",
          "rules.check_open(ballot, now=__import__(\"django.utils.timezone\").utils.timezone.now())", "test_casting.py"),
    fault("a ballot closes before its end", RULES, "return ballot.closes_at <= now and not ballot.is_frozen",
          "return not ballot.is_frozen", "test_closing.py"),
    fault("a frozen ballot takes papers", RULES, "    if ballot.is_frozen:\n        raise errors.Frozen()\n", "",
          "test_guarding.py"),
    fault("a frozen ballot closes", RULES, "ballot.closes_at <= now and not ballot.is_frozen", "ballot.closes_at <= now",
          "test_closing.py", "test_guarding.py", "test_secrecy.py"),
    fault("anybody votes", CASTING, "if not (is_elector and by.is_active):", "if not by.is_active:",
          "test_casting.py"),
    fault("who left still votes", CASTING, "if not (is_elector and by.is_active):", "if not is_elector:",
          "test_casting.py"),
    fault("authors support their own ideas", RULES, "if any(is_own[code] for code in chosen):",
          "if False:", "test_casting.py"),
    fault("a paper holds any number of ideas", RULES, "if len(choices) > ballot.max_choices:", "if False:",
          "test_casting.py"),
    fault("the button fills more than a paper", CASTING, "if len(after) > ballot.max_choices:", "if False:",
          "test_casting.py"),
    fault("an idea is chosen twice", RULES, "if len(set(choices)) != len(choices):", "if False:", "test_casting.py"),
    fault("an idea of another ballot is chosen", RULES, "if set(chosen) - set(options):", "if False:", "test_casting.py"),
    fault("any number comes with a paper", RULES,
          "if not isinstance(client_nonce, bytes) or len(client_nonce) != urn.NONCE_BYTES:", "if False:",
          "test_casting.py"),
    fault("one sending with two contents is taken", CASTING, "if old.choices != tuple(sorted(choices)):", "if False:",
          "test_casting.py"),
    fault("one sending twice makes two papers", CASTING, "if old is None or old.client_nonce != client_nonce:",
          "if True:", "test_casting.py"),
    fault("the voter's number is not in the code", CASTING, "return Paper.fresh(choices, client_nonce)",
          "return Paper.fresh(choices, bytes(16))", "test_casting.py"),
)  # fmt: skip

THE_URN = (
    Fault("a box opens in any place", (
        (URN, "encrypt(nonce, plain, self._ballot + handle)", "encrypt(nonce, plain, self._ballot)"),
        (URN, "box[_SEALING_NONCE:], self._ballot + handle)", "box[_SEALING_NONCE:], self._ballot)"),
    ), ("test_urn.py", "test_closing.py")),
    Fault("a box opens in any ballot", (
        (URN, "encrypt(nonce, plain, self._ballot + handle)", "encrypt(nonce, plain, handle)"),
        (URN, "box[_SEALING_NONCE:], self._ballot + handle)", "box[_SEALING_NONCE:], handle)"),
    ), ("test_urn.py",)),
    fault("boxes have the length of what is in them", URN,
          ".ljust(self.box_size - _SEALING_NONCE - _TAG)", "", "test_urn.py"),
    fault("every box is locked with one nonce", URN, "nonce = os.urandom(_SEALING_NONCE)", "nonce = bytes(12)",
          "test_urn.py"),
    fault("people have one place in all ballots", URN, "self._ballot + person.bytes", "person.bytes", "test_urn.py"),
    fault("the server's number is always the same", URN, "os.urandom(NONCE_BYTES), client_nonce)",
          "bytes(NONCE_BYTES), client_nonce)", "test_urn.py"),
    fault("a broken box is left out of the count", CLOSING,
          "        yield urn.open(handle, box).codes(ballot.pk)",
          f"        with {NOTHING}.suppress(Exception):\n            yield urn.open(handle, box).codes(ballot.pk)",
          "test_closing.py"),
    fault("one paper is left out of the count", CLOSING, "        yield from chunk\n", "        yield from chunk[1:]\n",
          "test_closing.py"),
    fault("a box in nobody's place is counted", CLOSING, "if handle not in places:", "if False:", "test_closing.py"),
    fault("the urn shows itself to every dump", "voting/models.py", "return super().get_queryset().none()",
          "return super().get_queryset()", "test_secrecy.py"),
)  # fmt: skip

THE_COUNT = (
    fault("codes are published in the order of the urn", TALLY, "tuple(sorted(found)) for option, found",
          "tuple(found) for option, found", "test_tally.py", "test_verify_publication.py"),
    fault("a code counts twice", TALLY, "if code in seen:", "if False:", "test_tally.py"),
    fault("an option that is on no ballot is counted", TALLY, "if option not in codes:", "if False:", "test_tally.py"),
    fault("more papers than people are counted", TALLY, "if lists.papers > eligible:", "if False:", "test_tally.py"),
    fault("few papers are published", TALLY, "papers >= QUORUM_PAPERS and", "True and", "test_tally.py"),
    fault("papers of few people are published", TALLY, "and eligible >= QUORUM_ELIGIBLE", "and True", "test_tally.py"),
    fault("whoever chooses the codes wins the ties", TALLY,
          "(-lists.supports(option), tie_break(digest, option))", "(-lists.supports(option), option)", "test_tally.py"),
    fault("blank papers are not counted", TALLY, "        count += 1\n", "        count += ABSTAIN not in receipt\n",
          "test_tally.py", "test_closing.py"),
)  # fmt: skip

THE_KEY = (
    fault("any key is taken for the ballot's", KEYSTORE, "if not urn.matches(key, commitment):", "if False:",
          "test_guarding.py"),
    fault("the key is not destroyed", SEALING, "    key_store().destroy(ballot_id)\n", "", "test_sealing.py"),
    fault("the key's file goes without being overwritten", KEYSTORE, "                _overwrite(path)\n", "",
          "test_keystore.py"),
    fault("a destroyed key that is put back is used", KEYSTORE, 'if self._path(ballot_id, "destroyed").exists():',
          "if False:", "test_keystore.py", "test_guarding.py"),
    fault("a second opening replaces the key", KEYSTORE, 'os.link(draft, self._path(ballot_id, "key"))',
          'draft.replace(self._path(ballot_id, "key"))', "test_keystore.py"),
    fault("everybody on the machine reads the key", KEYSTORE, "os.O_WRONLY | os.O_CREAT, 0o600)",
          "os.O_WRONLY | os.O_CREAT, 0o644)", "test_keystore.py"),
    fault("the key is not flushed to the disk before the ballot opens", KEYSTORE,
          "        os.write(handle, content)\n        os.fsync(handle)\n", "        os.write(handle, content)\n",
          "test_keystore.py"),
    fault("the urn outlives the seal", SEALING, "    UrnBox.boxes.filter(ballot=ballot).delete()\n", "",
          "test_sealing.py"),
    fault("the electors outlive the seal", SEALING, "    Elector.objects.filter(ballot=ballot).delete()\n", "",
          "test_sealing.py"),
    fault("the rows go before the key", SEALING,
          "    key_store().destroy(ballot_id)\n    return _finish(ballot_id)\n",
          "    done = _finish(ballot_id)\n    key_store().destroy(ballot_id)\n    return done\n", "test_sealing.py"),
    fault("a ballot is sealed while objections run", RULES, "        return ballot.objections_until <= now\n",
          "        return True\n", "test_sealing.py"),
    fault("a ballot is annulled after the objections", RULES,
          "        return True\n    return ballot.state == BallotState.CLOSED and now < ballot.objections_until",
          "        return True\n    return ballot.state == BallotState.CLOSED", "test_guarding.py"),
    fault("a report is taken after its hours", RULES,
          'it end."""\n    return ballot.state == BallotState.CLOSED and now < ballot.objections_until',
          'it end."""\n    return ballot.state == BallotState.CLOSED', "test_objections.py"),
    fault("pages show the window by the application's clock", "voting/selectors.py", "rows.annotate(now=DatabaseNow())",
          f"rows.annotate(now={NOW})", "test_pages_paper.py"),
    fault("trouble with the key stops nothing", "voting/services/trouble.py",
          "        ballot.frozen_at, ballot.frozen_by = at, _CAUSES[type(trouble)]\n", "        return False\n",
          "test_guarding.py"),
)  # fmt: skip

WHAT_LEAKS = (
    fault("a ballot in the API says how many voted", "voting/api/shapes.py",
          "    annul_reason = serializers.CharField()\n",
          "    annul_reason = serializers.CharField()\n    papers = serializers.SerializerMethodField()\n\n"
          "    def get_papers(self, ballot):\n        from voting.models import UrnBox\n\n"
          "        return UrnBox.boxes.filter(ballot=ballot).count()\n",
          "test_api_ballots.py"),
    fault("a log says what was chosen", CASTING, f"    rules.check_nonce(client_nonce)\n\n{NEW_PAPER}",
          f"    __import__('logging').getLogger(__name__).debug('%s', choices)\n\n{NEW_PAPER}", "test_canaries.py"),
    fault("a receipt is kept in the cache", CASTING,
          "    return Receipt(ballot_id, paper.codes(ballot_id) if paper else {})",
          "    receipt = Receipt(ballot_id, paper.codes(ballot_id) if paper else {})\n"
          "    __import__(\"django.core.cache\").core.cache.cache.set(\"receipt\", receipt.codes)\n    return receipt",
          "test_canaries.py"),
    fault("the statement names what was chosen", CASTING, "is_own = dict(_OPTIONS.rows(ballot=ballot.pk, person=by.pk))",
          "is_own = dict(_its_options(ballot.pk, by.pk).filter(code__in=choices))", "test_secrecy.py"),
    fault("error reports show every variable", "innovato/settings.py",
          'DEFAULT_EXCEPTION_REPORTER_FILTER = "voting.reports.SealedReporterFilter"\n', "", "test_secrecy.py"),
    fault("an own paper may be kept by a cache", "voting/middleware.py", "if was_entered(request):", "if False:",
          "test_pages_paper.py", "test_pages_support.py"),
)  # fmt: skip

FAULTS = (*LOCKS, *WHO_WHEN_WHAT, *THE_URN, *THE_COUNT, *THE_KEY, *WHAT_LEAKS)
