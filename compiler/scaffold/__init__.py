"""First drafts for people to edit: a spec, a robot profile, a tag to print."""
