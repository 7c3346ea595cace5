"""Infrastructure of the screens: background calls, the key queue and the renderer."""
