"""What `script/demo` plays: a pull request of `examples/`, reviewed on this machine."""
