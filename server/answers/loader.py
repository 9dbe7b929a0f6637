"""Reads a content folder: every fault in it becomes a file, a line and a sentence, and all are found in one go."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import digits
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from dialogs.ports import AlarmKind
from server.answers.content import Content, DangerSample, Sample, Topic, TopicText
from server.answers.directory.schema import Area
from server.answers.faults import ContentFault, FaultyContent
from server.answers.markdown import parse_markdown
from server.answers.schema import (
    AlarmFile,
    Disclosing,
    Figures,
    FrontMatter,
    HelpLines,
    LineTranslations,
    Menu,
    Phrases,
    Spelling,
    TopicMeta,
    Wordings,
)
from server.answers.yamlpos import Marked, read_yaml

Model = TypeVar("Model", bound=BaseModel)


def load_content(folder: Path) -> Content:
    """The folder's content. Raises FaultyContent when any of it cannot be read or does not fit its shape."""
    content = read_content(folder)
    if content.faults:
        raise FaultyContent(content.faults)
    return content


def read_content(folder: Path) -> Content:
    """As much of the folder as can be read, with the faults of the rest. Never raises for what is in it."""
    return _Reader(folder).content()


class _Reader:
    """One pass over one folder; collects faults as it goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[ContentFault] = []
        self.marks: dict[str, Marked] = {}

    def content(self) -> Content:
        topics = self._topics()
        lines = self._yaml(self.folder / "lines.yaml", HelpLines)
        menu = self._yaml(self.folder / "menu.yaml", Menu)
        figures = self._optional("figures.yaml", Figures)
        disclosing = self._optional("disclosing.yaml", Disclosing)
        phrases = self._by_language("phrases", Phrases)
        alarm = self._by_language("alarm", AlarmFile)
        return Content(
            self.folder,
            topics,
            lines.lines if lines else {},
            menu.groups if menu else (),
            phrases,
            alarm,
            self.marks,
            line_words={code: found.lines for code, found in self._by_language("lines", LineTranslations).items()},
            spelling=self._by_language("spelling", Spelling),
            refused=self._lists("refused"),
            danger=self._danger(),
            figures=figures.figures if figures else {},
            wordings=self._by_language("wordings", Wordings),
            disclosing=disclosing.words if disclosing else {},
            areas=self._by_language("directory", Area),
            faults=tuple(sorted(set(self.faults))),
        )

    def _lists(self, name: str) -> dict[str, tuple[Sample, ...]]:
        """`<name>/<lang>.txt`, one text a line."""
        return {path.stem: self._samples(path) for path in sorted((self.folder / name).glob("*.txt"))}

    def _danger(self) -> dict[str, tuple[DangerSample, ...]]:
        """`alarm/<lang>.examples.txt` (also <lang>2 and so on): one text a line under `[kind]` or `[none]`."""
        found: dict[str, tuple[DangerSample, ...]] = {}
        for path in sorted((self.folder / "alarm").glob("*.examples.txt")):
            language = path.name.split(".")[0].rstrip(digits)
            found[language] = (*found.get(language, ()), *self._danger_rows(path))
        return found

    def _danger_rows(self, path: Path) -> Iterable[DangerSample]:
        heading: str | None = None
        for sample in self._samples(path):
            if sample.text.startswith("[") and sample.text.endswith("]"):
                heading = sample.text[1:-1].strip()
                if heading != "none" and heading not in set(AlarmKind):
                    self._fault(
                        path, sample.line, f"there is no kind '{heading}'; there are none, {', '.join(AlarmKind)}"
                    )
                    heading = None
            elif heading is not None:
                yield DangerSample(
                    sample.text, None if heading == "none" else AlarmKind(heading), sample.file, sample.line
                )
            else:
                self._fault(path, sample.line, "this stands under no [kind]")

    def _topics(self) -> dict[str, Topic]:
        topics: dict[str, Topic] = {}
        for path in sorted((self.folder / "answers").glob("*/*/")):
            topic = self._topic(path)
            if topic is None:
                continue
            if topic.meta.id != f"{path.parent.name}.{path.name}":
                self._fault(
                    path / "topic.yaml", topic.marks.line("id"), f"the folder says {path.parent.name}.{path.name}"
                )
            topics[topic.meta.id] = topic
        return topics

    def _topic(self, path: Path) -> Topic | None:
        meta = self._yaml(path / "topic.yaml", TopicMeta)
        texts = {text.language: text for text in map(self._text, sorted(path.glob("*.md"))) if text}
        samples = {file.name.split(".")[1]: self._samples(file) for file in sorted(path.glob("samples.*.txt"))}
        must_find = {file.name.split(".")[1]: self._samples(file) for file in sorted(path.glob("must-find.*.txt"))}
        if meta is None:
            return None
        file = self._name(path / "topic.yaml")
        return Topic(file, meta, self.marks[file], texts, samples, must_find)

    def _text(self, path: Path) -> TopicText | None:
        parsed = parse_markdown(self._read(path) or "")
        for line, message in parsed.faults:
            self._fault(path, line, message)
        if parsed.front is None:
            return None
        marks = read_yaml(parsed.front, first_line=2)
        front = self._model(path, marks, FrontMatter)
        return TopicText(path.stem, self._name(path), front, parsed.sections, marks) if front else None

    def _samples(self, path: Path) -> tuple[Sample, ...]:
        name, rows = self._name(path), (self._read(path) or "").splitlines()
        stripped = ((n, row.strip()) for n, row in enumerate(rows, start=1))
        return tuple(Sample(row, name, n) for n, row in stripped if row and not row.startswith("#"))

    def _by_language(self, name: str, model: type[Model]) -> dict[str, Model]:
        read = ((path.stem, self._yaml(path, model)) for path in sorted((self.folder / name).glob("*.yaml")))
        return {language: found for language, found in read if found is not None}

    def _optional(self, name: str, model: type[Model]) -> Model | None:
        return self._yaml(self.folder / name, model) if (self.folder / name).exists() else None

    def _yaml(self, path: Path, model: type[Model]) -> Model | None:
        text = self._read(path)
        if text is None:
            return None
        marks = self.marks[self._name(path)] = read_yaml(text)
        return self._model(path, marks, model)

    def _model(self, path: Path, marks: Marked, model: type[Model]) -> Model | None:
        for line, message in marks.faults:
            self._fault(path, line, message)
        if marks.data is None:
            return None
        try:
            return model.model_validate(marks.data)
        except ValidationError as error:
            for line, message in _explained(error, marks):
                self._fault(path, line, message)
            return None

    def _read(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self._fault(path, 1, "the file is missing")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._fault(path, line, "this is not UTF-8 text")
        return None

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _fault(self, path: Path, line: int, message: str) -> None:
        self.faults.append(ContentFault(self._name(path), line, message))


def _explained(error: ValidationError, marks: Marked) -> Iterable[tuple[int, str]]:
    """(line, message) of each thing that does not fit the shape."""
    for found in error.errors(include_url=False):
        path = tuple(part for part in found["loc"] if part != "[key]")
        where = ".".join(str(part) for part in path)
        message = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            message = "there is no such field"
        elif found["type"] == "missing":
            message = "this field is missing"
        yield marks.line(*path), f"{where}: {message}" if where else message
