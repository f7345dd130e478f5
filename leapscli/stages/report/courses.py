"""Courses of searches as charts, a line for each method, beside published ones where they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leapscli.report.pages.line_chart import Series, line_chart
from leapscli.results.courses import AXES, History, last, mean_course
from leapscli.results.literature import published_courses


def course_chart(
    by_method: Mapping[str, Sequence[History]], against: str, title: str, task: str | None = None
) -> dict[str, Any]:
    """The chart of the best return so far; of several searches by one method the mean, and one standard deviation.

    Beside them, against programs, what was published of `task`, a task at its own size.
    """
    others = published_courses(task) if task and against == "evaluations" else []
    published = [Series(f"{each.method}, published", each.evaluations, each.means, dashed=True) for each in others]
    end = last([history for histories in by_method.values() for history in histories], against)
    series = []
    for method, histories in by_method.items():
        if course := mean_course(histories, against, end):
            low, high = course.mean - course.deviation, course.mean + course.deviation
            several = course.count > 1
            name = f"{method} ({course.count} seeds)" if several else method
            series.append(Series(name, course.x, course.mean, *((low, high) if several else (None, None))))
    beside = ", beside published courses (dashed)" if published else ""
    band = ", one standard deviation around the mean" if any(each.low is not None for each in series) else ""
    return line_chart(
        [*series, *published],
        x_label=AXES[against],
        y_label="best return so far",
        caption=f"{title}: the best return so far against {AXES[against]}{band}{beside}.",
        log_x=True,
    )
