"""``python -m workers`` is the command ``zhupi``."""

from workers.cli import main

if __name__ == "__main__":
    main()
