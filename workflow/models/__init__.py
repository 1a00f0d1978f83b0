# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the workflow remembers: campaigns, ideas, events, reviews, pilots, comments, attachments."""

from workflow.models.attachment import Attachment
from workflow.models.campaign import (
    Campaign,
    CampaignStage,
    Criterion,
    NumberSeries,
    Round,
    SelectionRule,
    Theme,
)
from workflow.models.comment import Comment, CommentReport
from workflow.models.draft import DraftInput
from workflow.models.event import ChainHead, Decision, IdeaEvent, event_hash
from workflow.models.idea import Authorship, DismissedSimilar, Follow, Idea, IdeaVersion
from workflow.models.merge import MergeConsent, MergeProposal
from workflow.models.pilot import (
    Indicator,
    Milestone,
    Pilot,
    PilotMember,
    ProgressNote,
    Reading,
    Spending,
)
from workflow.models.pipeline import (
    PipelineAgeing,
    PipelineCohort,
    PipelineCursor,
    PipelineList,
    PipelineMonth,
    PipelinePosition,
    PipelineStay,
)
from workflow.models.review import Recusal, Review, Score
from workflow.models.search import IdeaStems, SearchGram, SearchWord

__all__ = [
    "Attachment",
    "Authorship",
    "Campaign",
    "CampaignStage",
    "ChainHead",
    "Comment",
    "CommentReport",
    "Criterion",
    "Decision",
    "DismissedSimilar",
    "DraftInput",
    "Follow",
    "Idea",
    "IdeaEvent",
    "IdeaStems",
    "IdeaVersion",
    "Indicator",
    "MergeConsent",
    "MergeProposal",
    "Milestone",
    "NumberSeries",
    "Pilot",
    "PilotMember",
    "PipelineAgeing",
    "PipelineCohort",
    "PipelineCursor",
    "PipelineList",
    "PipelineMonth",
    "PipelinePosition",
    "PipelineStay",
    "ProgressNote",
    "Reading",
    "Recusal",
    "Review",
    "Round",
    "Score",
    "SearchGram",
    "SearchWord",
    "SelectionRule",
    "Spending",
    "Theme",
    "event_hash",
]
