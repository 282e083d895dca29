"""Functions, coroutines and generators that run inside a block."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

from .frames import boundary

__all__ = ["switched"]

Blocks = Callable[[], Callable[[], AbstractContextManager[Any]]]
"""What to ask once for each call; it gives a block for each time that the call is resumed."""


def switched(blocks: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` inside a block while it runs; a generator only while it runs itself, not while its consumer does."""
    wrap = _function
    if _is(inspect.isasyncgenfunction, function):
        wrap = _async_generator
    elif _is(inspect.iscoroutinefunction, function):
        wrap = _coroutine
    elif _is(inspect.isgeneratorfunction, function):
        wrap = _generator
    wrapped: Callable[..., Any] = functools.wraps(function)(wrap(blocks, function))
    return wrapped


def _is(kind: Callable[[Any], bool], function: Any) -> bool:
    """Whether it is a function, or an object that is called, of this kind."""
    return kind(function) or (not inspect.isclass(function) and kind(getattr(function, "__call__", None)))  # noqa: B004


def _function(blocks: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    @boundary
    def call(*args: Any, **kwargs: Any) -> Any:
        with blocks()():
            return function(*args, **kwargs)

    return call


def _coroutine(blocks: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        with blocks()():
            return await function(*args, **kwargs)

    return call


def _generator(blocks: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        block = blocks()
        with block():
            generator = function(*args, **kwargs)
        step, sent = generator.send, None
        try:
            while True:
                try:
                    with block():
                        item = step(sent)
                except StopIteration as end:
                    return end.value
                try:
                    step, sent = generator.send, (yield item)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, sent = generator.throw, error
        finally:
            with block():
                generator.close()

    return call


def _async_generator(blocks: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        block = blocks()
        with block():
            generator = function(*args, **kwargs)
        step, sent = generator.asend, None
        try:
            while True:
                try:
                    with block():
                        item = await step(sent)
                except StopAsyncIteration:
                    return
                try:
                    step, sent = generator.asend, (yield item)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, sent = generator.athrow, error
        finally:
            with block():
                await generator.aclose()

    return call
