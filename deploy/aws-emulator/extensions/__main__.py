"""moto's server, with what AWS does and moto does not and the AWS provider asks for. Arguments are those of moto_server.

Each module beside this one mends one service, and says what it mends: an operation that is missing (the apply fails), or an answer that lacks what
was sent (the second plan wants to change it again). Nothing here knows terraform/.
"""

import os

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # attaching AWS' own policies fails otherwise
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "0")  # s until a certificate is issued

import authorization  # noqa: E402, F401
import backup_service  # noqa: E402, F401
import budgets_service  # noqa: E402, F401
import cbor  # noqa: E402
import ec2_service  # noqa: E402, F401
import eks_service  # noqa: E402, F401
import rds_service  # noqa: E402, F401
import s3_service  # noqa: E402, F401
import sqs_service  # noqa: E402, F401
from moto import server  # noqa: E402

run_simple = server.run_simple
server.run_simple = lambda host, port, application, **options: run_simple(host, port, cbor.Translation(application), **options)
server.main()
