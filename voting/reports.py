# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an error report may say: never a value that the ballot's own code held in its hands when something failed."""

from django.views.debug import SafeExceptionReporterFilter

FLOOR = __name__.partition(".")[0]
HANDED_ON = "innovato.compiled"  # what this floor asks the database passes through its hands


class SealedReporterFilter(SafeExceptionReporterFilter):
    """Django's own filter, and no variable of any function of this floor, no posted field of any of its pages."""

    def get_traceback_frame_variables(self, request, tb_frame):
        module = tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == FLOOR or module == HANDED_ON:
            return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]
        return super().get_traceback_frame_variables(request, tb_frame)

    def get_post_parameters(self, request):
        match = getattr(request, "resolver_match", None)
        if match is not None and FLOOR in match.app_names:
            return dict.fromkeys(request.POST, self.cleansed_substitute)
        return super().get_post_parameters(request)
