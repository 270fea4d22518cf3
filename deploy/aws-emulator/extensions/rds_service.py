"""RDS: Performance Insights are kept, and parameters that a user has set come back as the user's."""

from moto.rds.models import DBParameterGroup, RDSBackend


def with_insights(instance, wanted: dict):
    if (enabled := wanted.get("enable_performance_insights")) is not None:
        instance.performance_insights_enabled = enabled
    if getattr(instance, "performance_insights_enabled", False):
        for name, default in (("performance_insights_kms_key_id", None), ("performance_insights_retention_period", 7)):
            setattr(instance, name, wanted.get(name) or getattr(instance, name, default))
    return instance


create_of_moto, modify_of_moto = RDSBackend.create_db_instance, RDSBackend.modify_db_instance
RDSBackend.create_db_instance = lambda self, wanted: with_insights(create_of_moto(self, wanted), wanted)
RDSBackend.modify_db_instance = lambda self, name, wanted: with_insights(modify_of_moto(self, name, wanted), wanted)

update_of_moto = DBParameterGroup.update_parameters
DBParameterGroup.update_parameters = lambda self, new: update_of_moto(self, [{**each, "Source": "user"} for each in new])
