"""Makes what deploy/monitoring is: rules of slo.yaml and alerts.yaml, dashboards of the Python modules here."""
