"""`python -m leapscli` is `leaps`."""

from leapscli.cli.main import main

if __name__ == "__main__":
    main()
