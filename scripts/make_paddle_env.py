"""Make the environment of the PaddleOCR engine: ``python scripts/make_paddle_env.py [FOLDER]``.

Run with the core environment's Python (``make paddle`` does). Makes ``.venv-paddle`` with PaddleOCR but
without PaddlePaddle, and in it a model folder (``inference.onnx`` + ``inference.yml``) from the
catalogued recogniser, so that nothing is downloaded but the packages. What is there already is kept.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import yaml

from models import catalogue, sessions
from models.recogniser import HEIGHT_PX, MODEL
from ocr.engines.paddle import MODEL_NAME

PACKAGES = ("paddleocr==3.7.0", "onnxruntime==1.31.1")
#: Written after a complete installation: what was installed.
STAMP = "zhupi-installed.txt"


def main() -> None:
    """Make or complete the environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(".venv-paddle"))
    folder: Path = parser.parse_args().folder
    install(folder)
    model = write_model(folder / "models" / MODEL_NAME)
    print(f"PaddleOCR is ready in {folder}; its model is {model}.")


def install(folder: Path) -> None:
    """Packages into the environment, unless these very versions are in it."""
    stamp = folder / STAMP
    wanted = "\n".join(PACKAGES)
    if stamp.is_file() and stamp.read_text() == wanted:
        print(f"{folder} has {', '.join(PACKAGES)} already.")
        return
    print(f"Making {folder} with {', '.join(PACKAGES)} (about 0.6 GB, a minute or two) ...")
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    run = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=False)
    if run.returncode:
        sys.exit(f"pip could not install {', '.join(PACKAGES)} into {folder}; see its message above.")
    stamp.write_text(wanted)


def write_model(folder: Path) -> Path:
    """PaddleX's model folder out of the catalogued recogniser."""
    folder.mkdir(parents=True, exist_ok=True)
    source = catalogue.find(MODEL)
    shutil.copyfile(source, folder / "inference.onnx")
    metadata = sessions.session(MODEL).get_modelmeta().custom_metadata_map
    text = yaml.safe_dump(settings(metadata["character"].splitlines()), allow_unicode=True, sort_keys=False)
    (folder / "inference.yml").write_text(text, encoding="utf-8")
    return folder


def settings(characters: list[str]) -> dict[str, object]:
    """``inference.yml``: how PaddleX prepares a picture and names the output's columns."""
    return {
        "Global": {"model_name": MODEL_NAME},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, HEIGHT_PX, 320]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }


if __name__ == "__main__":
    main()
