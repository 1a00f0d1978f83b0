# SPDX-License-Identifier: AGPL-3.0-or-later
"""One writer per format. Each writes a document to a path and says its share of the work, 0 to 1, as it goes."""

from innovato.exports.models import Format
from innovato.exports.writers import archive, ods, pdf, separated, xlsx

WRITERS = {
    Format.CSV: separated.write,
    Format.XLSX: xlsx.write,
    Format.ODS: ods.write,
    Format.PDF: pdf.write,
    Format.ZIP: archive.write,
}
