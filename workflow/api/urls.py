# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's addresses of campaigns, ideas and all that belongs to them. What a reference looks like the views check."""

from django.urls import path

from workflow.api import belongings, deciding, delegations, discussion, ideas, judging, moves, pilots, writing

app_name = "workflow_api"
IDEA, PILOT = "ideas/<str:ref>/", "pilots/<str:ref>/"
urlpatterns = [
    path("campaigns/", ideas.Campaigns.as_view(), name="campaigns"),
    path("campaigns/<slug:slug>/", ideas.OneCampaign.as_view(), name="campaign"),
    path("ideas/", writing.IdeasToo.as_view(), name="ideas"),
    path(IDEA, writing.OneIdeaToo.as_view(), name="idea"),
    path(f"{IDEA}attachments/", belongings.IdeaAttachments.as_view(), name="attachments"),
    path(f"{IDEA}attachments/<uuid:uuid>/", belongings.OneAttachment.as_view(), name="attachment"),
    path(f"{IDEA}attachments/<uuid:uuid>/content/", belongings.AttachmentContent.as_view(), name="attachment_content"),
    path(f"{IDEA}comments/", discussion.IdeaComments.as_view(), name="idea_comments"),
    path(f"{IDEA}decisions/", deciding.IdeaDecisions.as_view(), name="idea_decisions"),
    path(f"{IDEA}events/", ideas.IdeaEvents.as_view(), name="idea_events"),
    path(f"{IDEA}follow/", belongings.IdeaFollow.as_view(), name="follow"),
    path(f"{IDEA}moves/", moves.IdeaMoves.as_view(), name="idea_moves"),
    *(path(f"{IDEA}moves/{move}/", moves.view_of(move).as_view(), name=f"move_{move}") for move in moves.CALLS),
    path(f"{IDEA}moves/<slug:move>/", moves.IdeaMove.as_view(), name="idea_move"),
    path(f"{IDEA}plan/", deciding.IdeaPlan.as_view(), name="plan"),
    path(f"{IDEA}review/", judging.MyCard.as_view(), name="review"),
    path(f"{IDEA}review/declaration/", judging.CardDeclaration.as_view(), name="review_declaration"),
    path(f"{IDEA}review/recusal/", judging.CardRecusal.as_view(), name="review_recusal"),
    path(f"{IDEA}review/submission/", judging.CardSubmission.as_view(), name="review_submission"),
    path(f"{IDEA}reviews/", judging.IdeaReviews.as_view(), name="idea_reviews"),
    path(f"{IDEA}versions/", belongings.IdeaVersions.as_view(), name="versions"),
    path(f"{IDEA}versions/<int:number>/", belongings.OneVersion.as_view(), name="version"),
    path("comments/<int:pk>/", discussion.OneComment.as_view(), name="comment"),
    path("comments/<int:pk>/reports/", discussion.CommentReports.as_view(), name="comment_reports"),
    path("comments/<int:pk>/removal/", discussion.CommentRemoval.as_view(), name="comment_removal"),
    path("decisions/", deciding.Decisions.as_view(), name="decisions"),
    path("delegations/", delegations.Delegations.as_view(), name="delegations"),
    path("delegations/<int:pk>/", delegations.OneDelegation.as_view(), name="delegation"),
    path("delegations/<int:pk>/acceptance/", delegations.DelegationAcceptance.as_view(), name="delegation_acceptance"),
    path("delegations/<int:pk>/refusal/", delegations.DelegationRefusal.as_view(), name="delegation_refusal"),
    path("delegations/<int:pk>/end/", delegations.DelegationEnd.as_view(), name="delegation_end"),
    path("follows/", belongings.MyFollows.as_view(), name="follows"),
    path("pilots/", pilots.Pilots.as_view(), name="pilots"),
    path(PILOT, pilots.OnePilot.as_view(), name="pilot"),
    path(f"{PILOT}indicators/", pilots.PilotIndicators.as_view(), name="pilot_indicators"),
    path(f"{PILOT}milestones/", pilots.PilotMilestones.as_view(), name="pilot_milestones"),
    path(f"{PILOT}milestones/<int:pk>/", pilots.OneMilestone.as_view(), name="pilot_milestone"),
    path(f"{PILOT}readings/", pilots.PilotReadings.as_view(), name="pilot_readings"),
    path(f"{PILOT}spending/", pilots.PilotSpending.as_view(), name="pilot_spending"),
    path("reviews/", judging.Reviews.as_view(), name="reviews"),
]
