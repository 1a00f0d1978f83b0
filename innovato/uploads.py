# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request that announces more files than any form takes is refused before a byte of it is read."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUpload(FileUploadHandler):
    """The first upload handler: looks at the announced length only; the others keep the files. Answers 413."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        """Raise RequestDataTooBig for more than FILE_UPLOAD_MAX_REQUEST bytes."""
        if content_length > settings.FILE_UPLOAD_MAX_REQUEST:
            raise RequestDataTooBig("more files than a form takes")

    def receive_data_chunk(self, raw_data, start):
        """Leaves the bytes to the next handler."""
        return raw_data

    def file_complete(self, file_size):
        """Keeps no file of its own."""
