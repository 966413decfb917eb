"""Tests of the configuration: options, file, environment, flags."""
