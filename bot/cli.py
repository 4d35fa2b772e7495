"""The commands. Each loads only what it needs; errors are one line, and say what to do."""

from __future__ import annotations

import argparse
import errno
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.config import Config
    from content.loader import Content


_ROOMS = frozenset({"bot", "content", "db", "__main__"})  # libraries use the same names
_FOR_PEOPLE = frozenset(
    {"ConfigError", "ContentError", "DatabaseError", "RecordError", "CommandError", "TableError"}
    | {"TourError", "ExportError", "PlaceError"}
)

_FULL_OR_GONE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
_NOT_WRITTEN = (
    "the output cannot be written ({}): free some room on the disk, or send it to another file or "
    "a terminal"
)


class CommandError(Exception):
    """What a command cannot do, and what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 could not, 2 asked wrongly."""
    _write_anything()
    if sys.stdout is None:  # whoever started us closed it
        sys.stderr.write(f"loalang: {_NOT_WRITTEN.format('it is closed')}\n")
        return 1
    asked = _parser().parse_args(arguments)
    if asked.command is None:
        _parser().print_help()
        return 2
    try:
        return int(asked.run(asked))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        sys.stderr.write(f"loalang: {' '.join(_told(error).split())}\n")
        return 1


def _write_anything() -> None:
    """Vietnamese must not fail where the machine's own encoding has no letters for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _told(error: Exception) -> str:
    """An error's own words where they were written for a person; anything else is a mistake of
    ours, and its words may quote people."""
    if isinstance(error, ExceptionGroup):
        return _told(error.exceptions[0])
    kind = type(error)
    if kind.__name__ in _FOR_PEOPLE and kind.__module__.partition(".")[0] in _ROOMS:
        return str(error)
    if isinstance(error, OSError) and error.errno in _FULL_OR_GONE:
        return _NOT_WRITTEN.format(error.strerror)
    from bot.logs import where

    return f"this should not have happened ({where(error)}); report that line to us"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"loalang: {message}; see {self.prog} --help\n")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:6]) <= 65535):
        raise argparse.ArgumentTypeError("give a port from 0 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="loalang", description="The chatbot for the information groups of a commune."
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    demo = commands.add_parser("demo", help="try it in the browser: no token, no network")
    demo.add_argument("--port", type=_port, metavar="N", help="the page's port (0: any free one)")
    demo.add_argument("--data", metavar="DIR", help="the folder to keep the village in")
    demo.add_argument("--fresh", action="store_true", help="forget the village of before")
    demo.set_defaults(run=_demo)
    run = commands.add_parser("run", help="serve: the real bots of the settings, until stopped")
    run.set_defaults(run=_run)
    ask = commands.add_parser("ask", help="ask about a public service, as a resident would")
    ask.add_argument("question", nargs="?", help="“làm giấy khai sinh cần gì”")
    ask.add_argument("--file", metavar="F.tsv", help="a table with a column “question”")
    ask.add_argument("--json", action="store_true", help="one line of JSON for each question")
    ask.add_argument(
        "--place",
        metavar="SLUG",
        help="as a resident of there reads it; without it, of what the first bot serves, or of "
        "your own commune",
    )
    ask.set_defaults(run=_ask)
    init = commands.add_parser("init", help="a commune of your own, and its first admin's code")
    init.add_argument("folder", nargs="?", type=Path, default=Path("loalang-xa"), metavar="FOLDER")
    init.add_argument("--commune", metavar="NAME", help="what the commune is called")
    init.add_argument("--villages", metavar='"A, B, C"', help="its villages")
    init.add_argument("--province", metavar="NAME", help="its province (may be left out)")
    init.set_defaults(run=_init)
    tour = commands.add_parser("tour", help="a day in the village, played in this terminal")
    tour.add_argument("--fast", action="store_true", help="without pauses")
    tour.add_argument("--english", action="store_true", help="narrated in English")
    tour.set_defaults(run=_tour)
    export = commands.add_parser("export", help="the reports as a table, for Excel or any other")
    _export_options(export)
    check = commands.add_parser("check", help="say what is wrong, and what to do about it")
    check.add_argument("--all", action="store_true", help="also what a commune cannot mend itself")
    check.set_defaults(run=_check)
    faq = commands.add_parser("faq", help="measure the answers, and write new ones")
    for command in (demo, run, ask, check, export, *_faq_parsers(faq)):
        command.add_argument("--config", type=Path, metavar="F.toml", help="the settings to use")
    return parser


def _faq_parsers(faq: argparse.ArgumentParser) -> tuple[argparse.ArgumentParser, ...]:
    commands = faq.add_subparsers(metavar="command", required=True)
    measure = commands.add_parser("eval", help="how well a table of questions is answered")
    measure.add_argument(
        "file", type=Path, metavar="F.tsv", help="a table with columns “question” and “intent”"
    )
    measure.add_argument("--by", metavar="COLUMN", help="tell its values apart as well")
    measure.add_argument("--json", action="store_true", help="the figures as one JSON object")
    measure.set_defaults(run=_faq_eval)
    drafts = commands.add_parser("drafts", help="what cadres answered, as entries to complete")
    drafts.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder")
    drafts.set_defaults(run=_faq_drafts)
    return measure, drafts


def _export_options(export: argparse.ArgumentParser) -> None:
    export.add_argument("what", choices=("feedback",), help="what people reported")
    export.add_argument("--format", required=True, choices=("csv", "xlsx"))
    export.add_argument("--out", required=True, type=Path, metavar="F", help="the file to write")
    export.add_argument("--since", metavar="D", help="the first day: 2026-11-01 or 01/11/2026")
    export.add_argument("--until", metavar="D", help="the last day, itself included")
    export.add_argument("--place", metavar="SLUG", help="a place, and all below it")
    export.add_argument("--state", choices=("open", "answered"))
    export.add_argument("--category", metavar="ID", help="road, light, water …")
    export.add_argument("--names", action="store_true", help="with the names of the people")
    export.set_defaults(run=_export)


def _demo(asked: argparse.Namespace) -> int:
    from dataclasses import replace

    from bot import demo, logs
    from bot.config import WebConfig

    logs.start()
    config = _config(asked).practice
    if asked.data:
        config = replace(config, data=asked.data)
    if asked.port is not None:
        config = replace(config, web=WebConfig(port=asked.port))
    demo.serve(config, _content(config), fresh=asked.fresh, say=_say)
    return 0


def _run(asked: argparse.Namespace) -> int:
    from bot import logs, service

    logs.start()
    config = _config(asked)
    service.serve(config, _content(config), say=_say)
    return 0


def _ask(asked: argparse.Namespace) -> int:
    from bot.ask import ask, ask_file
    from bot.served import chain_of

    if asked.file and asked.question:
        raise CommandError("a question and a table at once: give one of them")
    if not (asked.file or asked.question):
        raise CommandError("what is the question? give it in quotes, or a table with --file")
    chain = chain_of(_config(asked), asked.place)
    content = _content_of_questions(asked)
    if asked.file:
        lines = ask_file(content, Path(asked.file), chain, as_json=asked.json)
    else:
        lines = iter([ask(content, asked.question, chain, as_json=asked.json)])
    for line in lines:
        _say(line)
    return 0


def _faq_eval(asked: argparse.Namespace) -> int:
    from bot import evaluation

    table = evaluation.read(asked.file)
    by = evaluation.columns(table, asked.by)
    content = _content_of_questions(asked)
    for stranger in evaluation.strangers(table, [entry.id for entry in content.faq]):
        sys.stderr.write(f"loalang: {asked.file}:{stranger}\n")
    content.search.find("giấy")  # what is loaded or learned first is no question's time
    found = evaluation.report(evaluation.judge(table, content.search.find), by)
    for line in [evaluation.as_json(found)] if asked.json else evaluation.told(found):
        _say(line)
    return 0


def _faq_drafts(asked: argparse.Namespace) -> int:
    from bot.drafting import NOTHING, write

    for line in [str(path) for path in write(_config(asked), asked.out)] or [NOTHING]:
        _say(line)
    return 0


def _init(asked: argparse.Namespace) -> int:
    from bot.init import Given, init

    given = Given(asked.commune, asked.villages, asked.province)
    init(asked.folder, given, _typed if sys.stdin and sys.stdin.isatty() else None, _say)
    return 0


def _typed(question: str) -> str:
    """The line typed after the question. Raises EOFError."""
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _tour(asked: argparse.Namespace) -> int:
    import logging

    from bot import logs
    from bot.tour.play import tour
    from content.loader import load

    logs.start(logging.CRITICAL)  # what fails, the scene says in one line
    tour(load(), english=asked.english, fast=asked.fast)
    return 0


def _export(asked: argparse.Namespace) -> int:
    from bot.clock import Clock
    from bot.exports.command import Wish, export
    from content.documents import Layers
    from content.words import load_words

    config = _config(asked)
    shipped = Path(__file__).parent.parent / "content"
    folders = (shipped, Path(config.content)) if config.content else (shipped,)
    words = load_words(Layers.of(folders))["vi"]
    wish = Wish(
        kind=asked.format,
        out=asked.out,
        since=asked.since,
        until=asked.until,
        place=asked.place,
        state=asked.state,
        category=asked.category,
        names=asked.names,
    )
    count = export(config.url, wish, words, Clock().now())
    _say(f"{count} reports: {asked.out}")
    return 0


def _check(asked: argparse.Namespace) -> int:
    from bot.check import check

    findings = check(asked.config, whole=asked.all)
    for finding in findings:
        _say(finding.text)
    return 1 if any(finding.wrong for finding in findings) else 0


def _config(asked: argparse.Namespace) -> Config:
    from bot.config import find, load

    return load(find(asked.config))


def _content(config: Config) -> Content:
    """What its search learns is kept in the data folder."""
    from content.loader import SHIPPED, load

    folders = (SHIPPED, Path(config.content)) if config.content else (SHIPPED,)
    return load(folders, config.folder)


def _content_of_questions(asked: argparse.Namespace) -> Content:
    """Nobody may have started the program yet: the data folder is made, for our eyes only."""
    from contextlib import suppress

    config = _config(asked)
    content = _content(config)
    with suppress(OSError):  # then nothing is kept, and the search says so
        config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return content


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def described() -> list[tuple[str, tuple[str, ...]]]:
    """Every command with its options, as the documentation must name them."""
    return list(_described(_parser(), ()))


def _described(
    parser: argparse.ArgumentParser, above: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for action in below:
        for name, command in action.choices.items():
            yield from _described(command, (*above, name))
    if above and not below:
        options = [option for a in parser._actions for option in a.option_strings[-1:]]
        yield " ".join(above), tuple(option for option in options if option != "--help")


if __name__ == "__main__":
    sys.exit(main())
