"""The console script, which `python -m leapscli` runs too; it minds Ctrl-C from its first import on."""

import sys


def main() -> None:
    """`leaps`."""
    try:
        from leapscli.cli.main import main as run
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        sys.exit(130)
    run(alone=True)


if __name__ == "__main__":
    main()
