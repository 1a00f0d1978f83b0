# SPDX-License-Identifier: AGPL-3.0-or-later
"""The 100 records of `microdata1`, the test data of the R package sdcTable: region and gender of each."""

REGION = "CCAACDDAACABBBCDABCABDACDDABDCCBBBBDCDBCBADBBDBCCBACDBCBBACDBADDAADDDACBBDDBDDABBCABBBCACCCDBDBBDBAB"
_INITIALS = "mmmmmfffmmffmmffmmmmmmmffmmfmmfmfffmfmfmmmfffmfmffmfffmmfmfmmmffmmffmmfmfffffmmfffmmmmmmmfmmfffmmfmm"
GENDER = tuple({"m": "male", "f": "female"}[initial] for initial in _INITIALS)
