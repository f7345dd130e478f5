"""A language of one's own: token ids by one plan, and everything that is done with programs done in it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.declaration import declaration, declared
from leapscli.dsl.edits import edit
from leapscli.dsl.grammar import allowed_next
from leapscli.dsl.mirrors import with_mirrors
from leapscli.dsl.mutation import mutate
from leapscli.dsl.parts import no_parts, parts_of
from leapscli.dsl.probabilities import Probabilities
from leapscli.dsl.program import Program
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.tree import Action, Perception
from leapscli.dsl.vocabulary import MOST_NAMES, Vocabulary
from leapscli.errors import InputError, ProgramSyntaxError

LIFT = Vocabulary(("up", "down", "load", "unload"), ("at_top", "waiting"), name="lift")
LARGE = Vocabulary(tuple(f"act_{i}" for i in range(MOST_NAMES)), tuple(f"sees_{i}" for i in range(MOST_NAMES)))
ONE = Vocabulary(("go",), ("here",))
EACH = pytest.mark.parametrize("words", [PUBLISHED, LIFT, LARGE, ONE], ids=["published", "lift", "large", "one"])


@EACH
def test_ids_follow_the_published_plan(words: Vocabulary) -> None:
    at, ids = words.token_id, words.ids
    assert at["DEF"] == 0 and at["<pad>"] == words.pad == words.size - 1
    assert [at[name] for name in words.action_tokens] == list(range(ids.action, ids.action + ids.actions))
    assert [at[name] for name in words.perceptions] == list(range(ids.perception, ids.perception + ids.perceptions))
    assert len(words.tokens) == len(set(words.tokens)) == 41 + len(words.actions) + len(words.perceptions)
    assert (at["REPEAT"], at["WHILE"], at["not"], at["R=0"]) == (ids.REPEAT, ids.WHILE, ids.NOT, ids.r0)
    assert pickle.loads(pickle.dumps(words)) == words


@EACH
def test_random_programs_mutants_and_edits_are_programs(words: Vocabulary) -> None:
    drawn = sample_programs(2000, 1, vocabulary=words)
    mutants = mutate(drawn, 2, max_tokens=45)
    learnt = parts_of([drawn], share=0.5, vocabulary=words)
    edited = [edit(drawn, 3, parts=parts, max_tokens=45) for parts in (no_parts(words), learnt)]
    for batch in (drawn, mutants, *edited):
        assert batch.vocabulary is words and batch.valid().all()
        again = TokenBatch.of(batch[:200].programs())
        assert np.array_equal(again.hashes(), batch[:200].hashes())
    assert (mutants.hashes() != drawn.hashes()).mean() > (0.3 if words is ONE else 0.6)


@EACH
def test_both_forms_and_json_are_read_back(words: Vocabulary) -> None:
    for program in sample_programs(200, 4, vocabulary=words).programs():
        for text in (str(program), program.pretty(), program.pretty("python")):
            assert Program.parse(text, words) == program
            assert Program.parse(declaration(words) + text) == program
        assert Program.from_json(program.to_json(), words) == program
        assert Program.from_ids(program.ids, words) == program and program.vocabulary == words


def test_what_may_come_next() -> None:
    assert allowed_next(["DEF", "run", "m("], LIFT) == {*LIFT.actions, "WHILE", "REPEAT", "IF", "IFELSE"}
    assert allowed_next(["DEF", "run", "m(", "IF", "c("], LIFT) == {*LIFT.perceptions, "not"}


def test_errors_speak_of_the_languages_words() -> None:
    with pytest.raises(ProgramSyntaxError, match="found 'move', expected a statement or m"):
        Program.parse("DEF run m( up move m)", LIFT)
    with pytest.raises(ProgramSyntaxError) as caught:
        Program.parse("def run():\n    lode()", LIFT)
    assert caught.value.hint == "did you mean 'load()'?"
    with pytest.raises(ProgramSyntaxError) as caught:
        Program.parse("DEF run m( turn_around m)", LIFT)
    assert caught.value.hint is None  # Karel's hints are Karel's


def test_other_spellings_are_understood() -> None:
    assert str(Program.parse("DEF run m( IF c( atTop c) i( UNLOAD i) m)", LIFT)) == (
        "DEF run m( IF c( at_top c) i( unload i) m)"
    )
    with pytest.raises(ProgramSyntaxError):
        Program.parse("DEF run m( pick_beeper m)", LIFT)


def test_languages_are_not_mixed() -> None:
    lift, karel = Program.parse("DEF run m( up m)", LIFT), Program.parse("DEF run m( move m)")
    with pytest.raises(InputError, match="program 1 of the list is of karel, program 0 of lift"):
        TokenBatch.of([lift, karel])
    assert lift.vocabulary == LIFT and karel.vocabulary == PUBLISHED
    with pytest.raises(ValueError, match="'move' is no action: up, down"):
        Action("move", vocabulary=LIFT)
    with pytest.raises(ValueError, match="'up' is no perception"):
        Perception("up", vocabulary=LIFT)


def test_a_text_declares_its_language() -> None:
    assert declaration(PUBLISHED) == "" and declared("# actions: nothing much\nDEF") == PUBLISHED
    assert declared(declaration(LIFT) + "DEF run m( up m)") == LIFT
    assert declared("# actions: up, down\nDEF run m( move m)") == PUBLISHED  # one line is a comment like any other
    with pytest.raises(InputError, match="cannot name an action"):
        declared("# actions: while\n# perceptions: x\n")


@pytest.mark.parametrize(
    ("actions", "perceptions", "complaint"),
    [
        ((), ("a",), "1 to 64 actions, not 0"),
        (("go",), (), "1 to 64 perceptions, not 0"),
        (("go", "GO"), ("a",), "'GO' and 'go' are one word"),
        (("go",), ("g_o",), "'g_o' and 'go' are one word"),
        (("run",), ("a",), "'run' and 'run' are one word"),
        (("go on",), ("a",), "cannot name an action"),
        (("while",), ("a",), "cannot name an action"),
        (tuple(f"a{i}" for i in range(65)), ("b",), "1 to 64 actions, not 65"),
    ],
)
def test_impossible_names_are_refused(actions, perceptions, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Vocabulary(actions, perceptions)


def test_probabilities_are_of_the_vocabulary() -> None:
    with pytest.raises(InputError, match="one for each action"):
        Vocabulary(("go", "stop"), ("a",), probabilities=Probabilities(actions=(1.0,), perceptions=(1.0,)))
    never = Probabilities(actions=(1.0, 0.0), perceptions=(1.0,), negation=0.0)
    words = Vocabulary(("go", "stop"), ("a",), probabilities=never)
    texts = " ".join(sample_programs(500, 0, vocabulary=words).texts()).split()
    assert "go" in texts and "stop" not in texts and "not" not in texts


def test_mirror_images() -> None:
    words = Vocabulary(("left", "right"), ("a", "b"), mirrors=((("left", "right"), ("a", "b")),))
    program = TokenBatch.of([Program.parse("DEF run m( IF c( a c) i( left i) right m)", words)])
    assert with_mirrors(program).texts() == [
        "DEF run m( IF c( a c) i( left i) right m)",
        "DEF run m( IF c( b c) i( right i) left m)",
    ]
