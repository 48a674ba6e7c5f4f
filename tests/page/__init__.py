"""The page in a real browser: the app over a board that is filled by hand, and Chromium, driven by Playwright."""
