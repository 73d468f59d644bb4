"""Draw the README's picture from a build of a real video: `python -m docs.draw_overview BUILD`.

The frames are traced: a recording belongs to whoever made it, what was measured in it may be shown.
"""

import argparse
from pathlib import Path

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.view.pictures.canvas import save_picture
from skillc.runtime.view.pictures.overview import sheet, traced

PICTURE = Path(__file__).parent / "pictures" / "overview.png"


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="a finished build")
    made = Artifacts(folders=(parser.parse_args().build,))
    save_picture(sheet(made, lambda frame: traced(made, frame)), PICTURE)


if __name__ == "__main__":
    main()
