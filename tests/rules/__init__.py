"""The rules and the configuration of ``charts/observability``, by Prometheus' and Alertmanager's own tools."""
