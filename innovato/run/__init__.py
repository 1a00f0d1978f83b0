# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two commands of the Makefile, step by step: look whether the machine is fit, install, start everything."""
