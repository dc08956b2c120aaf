"""The door for staff: server-rendered pages, every act by keyboard."""
