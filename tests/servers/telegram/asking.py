"""Methods that ask, or settle something about the bot itself."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.servers.telegram.calls import Call
from tests.servers.telegram.chats import PERMISSIONS, Json, Member
from tests.servers.telegram.files import MAX_DOWNLOAD, described
from tests.servers.telegram.hooks import Hook
from tests.servers.telegram.refusals import CONFLICT_SET_WEBHOOK, Refusal, bad

_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def get_me(call: Call) -> Json:
    return call.bot.json | {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_guest_queries": False,
    }


def get_chat(call: Call) -> Json:
    chat = call.chat(write=False)
    full: Json = {
        **chat.json,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": True,
            "limited_gifts": True,
            "unique_gifts": True,
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
    }
    if chat.kind in ("group", "supergroup"):
        full["permissions"] = dict.fromkeys(PERMISSIONS, not chat.muted)
    return full


def get_chat_member(call: Call) -> Json:
    chat = call.chat(write=False)
    number = call.integer("user_id")
    member = chat.members.get(number)
    if member is None:
        account = call.world.accounts.get(number)
        if account is None:
            raise bad("user not found")
        member = Member(account.json, "left")
    return member.json


def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.members[call.bot.id].status = "left"
    return True


def get_file(call: Call) -> Json:
    if not call.text("file_id"):
        raise bad("file_id not specified")
    try:
        stored = call.world.files.found(call.bot.id, call.text("file_id"))
    except Refusal:
        raise bad("wrong file_id or the file is temporarily unavailable") from None
    if stored.size > MAX_DOWNLOAD:
        raise bad("file is too big")
    shown = described(stored, call.bot.id)[stored.kind]
    fields: Json = shown[-1] if isinstance(shown, list) else shown
    kept = {key: fields[key] for key in ("file_id", "file_unique_id", "file_size")}
    return kept | {"file_id": call.text("file_id"), "file_path": stored.path}


def set_my_commands(call: Call) -> bool:
    commands = call.nested("commands", "commands JSON object")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("can't parse commands JSON object")
    for each in commands:
        if not _COMMAND.fullmatch(str(each.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(each.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    scope = call.text("scope") or "{}"
    call.bot.commands[f"{scope}:{call.text('language_code')}"] = commands
    return True


def set_webhook(call: Call) -> bool:
    url = call.text("url")
    if not url:
        return delete_webhook(call)
    where = urlsplit(url)
    if where.scheme != "https" and where.hostname not in ("127.0.0.1", "localhost"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.text("secret_token")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    allow(call)
    if call.flag("drop_pending_updates"):
        call.bot.updates.pending.clear()
    call.bot.updates.end_poll(Refusal(409, CONFLICT_SET_WEBHOOK))
    if call.bot.hook is not None:
        call.bot.hook.end()
    connections = min(100, max(1, call.integer("max_connections", 40)))
    call.bot.hook = Hook(call.world, call.bot, url, secret, connections)
    call.bot.hook.wake()
    return True


def delete_webhook(call: Call) -> bool:
    if call.bot.hook is not None:
        call.bot.hook.end()
        call.bot.hook = None
    if call.flag("drop_pending_updates"):
        call.bot.updates.pending.clear()
    return True


def get_webhook_info(call: Call) -> Json:
    hook: Hook | None = call.bot.hook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(call.bot.updates.pending),
    }
    if hook:
        info |= {"max_connections": hook.connections, "ip_address": "127.0.0.1"}
        if hook.last_error:
            info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if call.bot.updates.allowed is not None:
        info["allowed_updates"] = sorted(call.bot.updates.allowed)
    return info


def allow(call: Call) -> None:
    """Remember `allowed_updates`, if any are given; an empty list asks for the default again."""
    if "allowed_updates" not in call.params:
        return
    given: Any = call.nested("allowed_updates", "allowed updates JSON object")
    if isinstance(given, list):
        call.bot.updates.allowed = frozenset(map(str, given)) or None
