"""The running edge."""

from tests.platforms.world import migrated, silent_world, slack_api, telegram_api, whole_library, world

__all__ = ["migrated", "silent_world", "slack_api", "telegram_api", "whole_library", "world"]
