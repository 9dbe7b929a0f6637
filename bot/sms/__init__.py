"""SMS and WhatsApp through Twilio: what a webhook says, what a text message costs, how a reply looks as plain text.

The SDK is used for its types, its signature check and its calls; it is imported only where one of those is needed.
"""
