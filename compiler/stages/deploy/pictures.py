"""Stage `pictures`: what the other stages made, for people who would rather look than read."""

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.view.pictures.catalog import PICTURES


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {}


def _run(context: StageContext) -> None:
    from skillc.runtime.view.pictures.canvas import Shown

    folder = context.out / "report" / "pictures"
    folder.mkdir(parents=True)
    shown = Shown(folders=context.made.folders, find_data=context.find_data)
    for number, picture in enumerate(PICTURES):
        if all(shown.holds(name) for name in picture.shows):
            context.progress(number / len(PICTURES), f"drawing {picture.name}")
            picture.draw(shown, folder / f"{picture.name}.png")


STAGE = Stage(
    name="pictures",
    needs=(),
    reads=tuple(sorted({name for picture in PICTURES for name in picture.shows})),
    makes=("report/pictures/",),
    code=("skillc.compiler.stages.deploy.pictures", "skillc.runtime.view.pictures"),
    parameters=_parameters,
    run=_run,
)
