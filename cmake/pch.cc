// Owns the precompiled header that every room reuses (cmake/Rooms.cmake).
