# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections of any size for the replay: a file that is made, and the command that replays it and says what it took."""
