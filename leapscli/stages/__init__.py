"""One plain function a stage; no command line, no printing."""
