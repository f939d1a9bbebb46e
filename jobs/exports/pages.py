"""Sets pages, in a process of its own: typst holds some 80 KB an entry, and gives none of it back.

python pages.py TEMPLATE FONTS OUTPUT takes the data of the template as JSON on standard input.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["set_pages"]


def set_pages(template: Path, fonts: Path, output: Path, data: str) -> None:
    """Raises CalledProcessError where typst refuses the template; why is on standard error."""
    command = [sys.executable, "-I", __file__, str(template), str(fonts), str(output)]
    subprocess.run(command, input=data.encode(), check=True)


def main() -> None:
    import typst  # here, so that who sets no pages does without it

    template, fonts, output = map(Path, sys.argv[1:])
    # an empty folder, so that there is no file to be read
    with TemporaryDirectory() as root:
        typst.compile(  # type: ignore[misc]
            template.read_bytes(),
            output=str(output),
            root=root,
            font_paths=[str(fonts)],
            sys_inputs={"data": sys.stdin.buffer.read().decode()},
        )


if __name__ == "__main__":
    main()
