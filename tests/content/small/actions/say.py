"""Stands in for the program: the checker looks here for the ids that it uses."""

USED = ["sent", "disclaimer_full", "disclaimer_line", "tell_me_more", "show_numbers", "no_numbers"]


def fail(writer):
    return writer.notice("trouble")
