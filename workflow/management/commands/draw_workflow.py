# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws the states of an idea and the moves between them, for the help page."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from workflow.diagram import draw

FOLDER = Path(settings.BASE_DIR) / "innovato" / "static" / "img"


class Command(BaseCommand):
    """`manage.py draw_workflow [--folder FOLDER]`: writes workflow-it.svg and workflow-en.svg."""

    help = "Writes the state diagram (SVG) that the help page shows, in each language."

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")

    def handle(self, *args, folder: Path, **options):
        folder.mkdir(parents=True, exist_ok=True)
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                target = folder / f"workflow-{code}.svg"
                target.write_text(draw(), encoding="utf-8")
            self.stdout.write(str(target))
