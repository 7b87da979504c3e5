"""The bank: examined items of a workspace, kept in ``study.db`` and made anew where notes change."""
