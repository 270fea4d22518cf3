"""The four dashboards, each in a module of its own."""

from generator.dashboards import checkout, pods, shop, spike

DASHBOARDS = (shop.DASHBOARD, spike.DASHBOARD, checkout.DASHBOARD, pods.DASHBOARD)
