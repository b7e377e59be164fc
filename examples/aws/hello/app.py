"""The function of lambda.yaml."""


def main(event, context):
    if "name" not in event:
        raise ValueError("nobody to greet")
    return {"statusCode": 200, "body": "hello, " + event["name"]}
