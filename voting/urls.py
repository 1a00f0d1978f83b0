# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of ballots: papers, results, receipts, how it works, and the guarantor's pages.

None of them names an idea or a choice: web servers write addresses down.
"""

from django.urls import path

from voting.views import guarding, paper, results, support, words

app_name = "voting"
urlpatterns = [
    path("bandi/<slug:slug>/scheda/", paper.paper, name="paper"),
    path("bandi/<slug:slug>/risultati/", results.results, name="results"),
    path("bandi/<slug:slug>/pubblicazione.json", results.publication, name="publication"),
    path("bandi/<slug:slug>/classifica.csv", results.ranking, name="ranking"),
    path("voto/", words.how_it_works, name="how_it_works"),
    path("voto/sostieni/", support.support, name="support"),
    path("verifica-voto/verify_publication.py", words.verify_script, name="verify_script"),
    path("ricevuta/", results.lookup, name="lookup"),
    # the guarantor
    path("garante/", guarding.ballot_list, name="guarantor"),
    path("garante/<uuid:pk>/", guarding.ballot, name="guarantor_ballot"),
    path("garante/<uuid:pk>/annulla/", guarding.annul, name="guarantor_annul"),
    path("garante/<uuid:pk>/ripeti/", guarding.repeat, name="guarantor_repeat"),
    path("garante/<uuid:pk>/rispondi/", guarding.answer, name="guarantor_answer"),
    path("garante/<uuid:pk>/riprendi/", guarding.unfreeze, name="guarantor_unfreeze"),
]
