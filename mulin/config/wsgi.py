"""The WSGI entry point of the pages and the API."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from mulin.config.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
if os.environ.get("MULIN_PROCESS") == "web":
    die_with_parent(os.getppid())  # a web worker must not outlive a server that was killed
application = get_wsgi_application()
# What is loaded by now lives as long as the process: the collector need not walk it again and again
# (a tenth of a request's time, measured).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
