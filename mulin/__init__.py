"""Mulin 睦邻: the open platform on which a city runs governance at the doorstep."""
