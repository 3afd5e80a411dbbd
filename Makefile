.PHONY: bindings bindings-check

# Both need an installed jextract and the native headers: see bindings/regenerate --help.
bindings:
	bindings/regenerate

bindings-check:
	bindings/regenerate --check
