# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of ideas, campaigns, reviews, decisions and pilots, and of the pages that explain them."""

from django.urls import path, register_converter

from workflow.converters import IdeaRef
from workflow.views import (
    board,
    calling,
    campaigns,
    comments,
    deciding,
    delegating,
    desk,
    ideas,
    piloting,
    pipeline,
    proposing,
    redacting,
    reviewing,
    screening,
    static_pages,
    structures,
    why,
)

register_converter(IdeaRef, "idea")
app_name = "workflow"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("cose-fatte/", desk.done, name="done"),
    # ideas
    path("idee/", ideas.idea_list, name="idea_list"),
    path("idee/<idea:ref>/", ideas.idea, name="idea"),
    path("idee/<idea:ref>/storia/", ideas.history, name="idea_history"),
    path("idee/<idea:ref>/perche/", why.why, name="idea_why"),
    path("idee/<idea:ref>/segui/", ideas.follow, name="idea_follow"),
    path("idee/<idea:ref>/chi-propone/", ideas.reveal_authors, name="idea_reveal"),
    path("idee/<idea:ref>/riesame/", ideas.reexamination, name="idea_reexamination"),
    path("idee/<idea:ref>/commenti/", comments.add, name="comment_add"),
    path("commenti/<int:pk>/modifica/", comments.edit, name="comment_edit"),
    path("commenti/<int:pk>/segnala/", comments.report, name="comment_report"),
    path("commenti/<int:pk>/rimuovi/", comments.remove, name="comment_remove"),
    # writing
    path("idee/nuova/", proposing.new, name="idea_new"),
    path("idee/simili/", proposing.similar, name="idea_similar"),
    path("idee/uffici/", proposing.offices, name="idea_offices"),
    path("idee/persone/", proposing.people, name="idea_people"),
    path("idee/<idea:ref>/modifica/", proposing.edit, name="idea_edit"),
    path("idee/<idea:ref>/salva/", proposing.autosave, name="idea_autosave"),
    path("idee/<idea:ref>/invia/", proposing.submit, name="idea_submit"),
    path("idee/<idea:ref>/ritira/", proposing.withdraw, name="idea_withdraw"),
    path("idee/<idea:ref>/persone/", proposing.invite, name="coauthor_invite"),
    path("idee/<idea:ref>/persone/rispondi/", proposing.answer, name="coauthor_answer"),
    path("idee/<idea:ref>/persone/<int:pk>/togli/", proposing.uninvite, name="coauthor_remove"),
    path("idee/<idea:ref>/partecipa/", proposing.ask_to_join, name="idea_join"),
    path("idee/<idea:ref>/diversa/", proposing.dismiss_similar, name="idea_dismiss_similar"),
    path("idee/<idea:ref>/allegati/", proposing.attach, name="attachment_add"),
    path("idee/<idea:ref>/allegati/<uuid:uuid>/", proposing.attachment, name="attachment"),
    path("idee/<idea:ref>/allegati/<uuid:uuid>/togli/", proposing.detach, name="attachment_remove"),
    # screening
    path("verifica/", screening.queue, name="screening_queue"),
    path("verifica/bandi/", calling.campaigns, name="campaigns_manage"),
    path("verifica/bandi/nuovo/", calling.new, name="campaign_new"),
    path("verifica/bandi/<slug:slug>/", calling.change, name="campaign_change"),
    path("verifica/<idea:ref>/", screening.screen, name="screening"),
    path("verifica/<idea:ref>/annulla/", screening.undo, name="screening_undo"),
    path("verifica/<idea:ref>/passa/", screening.transfer, name="transfer"),
    path("verifica/<idea:ref>/riprendi/", screening.resume, name="screening_resume"),
    path("verifica/<idea:ref>/copri/", redacting.redact, name="redact"),
    path("verifica/<idea:ref>/scegli/", screening.select, name="select"),
    path("verifica/<idea:ref>/unione/", screening.merge_answer, name="merge_answer"),
    path("verifica/<idea:ref>/unione/ritira/", screening.merge_cancel, name="merge_cancel"),
    # review
    path("valutazioni/", reviewing.queue, name="review_queue"),
    path("valutazioni/<idea:ref>/", reviewing.scorecard, name="scorecard"),
    path("valutazioni/<idea:ref>/concludi/", reviewing.complete, name="review_complete"),
    # decision
    path("cruscotto/", board.board, name="board"),
    path("cruscotto/andamento/", pipeline.pipeline, name="pipeline"),
    path("decisioni/<idea:ref>/", deciding.decision, name="decision"),
    path("decisioni/<idea:ref>/chiedi/", deciding.ask_reviews, name="decision_ask_reviews"),
    path("decisioni/<idea:ref>/riprendi/", deciding.resume, name="decision_resume"),
    # pilots
    path("piloti/", piloting.pilot_list, name="pilot_list"),
    path("piloti/<idea:ref>/", piloting.pilot, name="pilot"),
    path("piloti/<idea:ref>/dato/", piloting.reading, name="pilot_reading"),
    path("piloti/<idea:ref>/spesa/", piloting.spending, name="pilot_spending"),
    path("piloti/<idea:ref>/tappa/<int:pk>/", piloting.milestone, name="pilot_milestone"),
    path("piloti/<idea:ref>/diario/", piloting.note, name="pilot_note"),
    path("piloti/<idea:ref>/squadra/", piloting.team, name="pilot_team"),
    path("piloti/<idea:ref>/proroga/", piloting.extend, name="pilot_extend"),
    path("piloti/<idea:ref>/esito/", piloting.conclude, name="pilot_conclude"),
    path("piloti/<idea:ref>/verifica/", piloting.verify, name="pilot_verify"),
    path("piloti/<idea:ref>/dati.csv", piloting.readings_csv, name="pilot_csv"),
    # campaigns
    path("bandi/", campaigns.campaign_list, name="campaign_list"),
    path("bandi/<slug:slug>/", campaigns.campaign, name="campaign"),
    path("bandi/<slug:slug>/regole/", campaigns.rules, name="campaign_rules"),
    path("bandi/<slug:slug>/piloti/", campaigns.pilots, name="campaign_pilots"),
    # delegations
    path("deleghe/", delegating.delegations, name="delegations"),
    path("deleghe/registro.csv", delegating.register_csv, name="delegations_csv"),
    path("deleghe/torna-a-te/", delegating.set_aside, name="delegation_set_aside"),
    path("deleghe/<int:pk>/risposta/", delegating.answer, name="delegation_answer"),
    path("deleghe/<int:pk>/fine/", delegating.end, name="delegation_end"),
    path("deleghe/<int:pk>/riprendi/", delegating.take_up, name="delegation_take_up"),
    # departments
    path("organigramma/", structures.tree, name="structures"),
    path("organigramma/<int:pk>/", structures.department, name="structure"),
    path("organigramma/<int:pk>/revoca/", structures.take_back, name="structure_take_back"),
    path("organigramma/<int:pk>/incarichi.csv", structures.rights_csv, name="structure_csv"),
    path("organigramma/<int:pk>/<slug:act>/", structures.reorganise, name="structure_change"),
    # words
    path("aiuto/", static_pages.help_page, name="help"),
    path("regole/", static_pages.rules_page, name="rules"),
    path("accessibilita/", static_pages.accessibility_page, name="accessibility"),
    path("modelli/", static_pages.gallery, name="gallery"),
]
