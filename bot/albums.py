"""Several pictures sent as one arrive one by one; for a conversation they are one message."""

from __future__ import annotations

from dataclasses import replace

from handlers.messages import Message


class AlbumComing(Exception):
    """This is a piece of an album: the rest should be waited for."""


def belongs(piece: Message, album: Message) -> bool:
    same = (piece.album, piece.chat.id, piece.sender.id)
    return same == (album.album, album.chat.id, album.sender.id)


def joined(album: Message, piece: Message) -> Message:
    """The words of all, in order, over the files of all."""
    return replace(
        album,
        text="\n".join(text for text in (album.text, piece.text) if text),
        attachments=(*album.attachments, *piece.attachments),
        addressed=album.addressed or piece.addressed,
    )
