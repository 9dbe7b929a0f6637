"""The console at work: the queue, the chat, the record, the tasks and the rota, as pages that staff live in all day."""
