"""Make the environment in which the local judge is tested: ``python scripts/make_judge_env.py [FOLDER]``.

Run with the core environment's Python (``make judge`` does). Makes ``.venv-judge`` with PyTorch and
``transformers``; the core environment's packages are seen through it, not installed again. A GPU server
installs the extra ``judge`` into its own environment instead.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

PACKAGES = ("torch==2.13.0", "transformers==5.23.0")
#: Written after a complete installation: what was installed.
STAMP = "zhupi-installed.txt"


def main() -> None:
    """Make or complete the environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(".venv-judge"))
    folder: Path = parser.parse_args().folder
    install(folder)
    print(f"The local judge can be run in {folder}.")


def install(folder: Path) -> None:
    """Packages into the environment, unless these very versions are in it."""
    stamp = folder / STAMP
    core = sysconfig.get_path("purelib")
    wanted = "\n".join((*PACKAGES, core))
    if stamp.is_file() and stamp.read_text() == wanted:
        print(f"{folder} has {', '.join(PACKAGES)} already.")
        return
    print(f"Making {folder} with {', '.join(PACKAGES)} (about 1 GB, a minute or two) ...")
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    own = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    Path(own, "zhupi-core.pth").write_text(core + "\n")
    run = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=False)
    if run.returncode:
        sys.exit(f"pip could not install {', '.join(PACKAGES)} into {folder}; see its message above.")
    stamp.write_text(wanted)


if __name__ == "__main__":
    main()
