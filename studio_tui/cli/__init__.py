"""The command line: a folder per noun, which reads the arguments, calls a service and prints.

Commands are loaded when they are called (`cli.shared.lazy`); each prints through
`cli.shared.output`, which lets no control character through, and writes JSON in the shapes of
the modules ``shapes`` of the features, the contract that ``docs/commands.md`` describes.
"""
