"""Moebooru, as its post_controller.rb and post/tag_methods.rb say: merges by old_tags, 421, 422."""

from __future__ import annotations

from tests.servers.loopback import Json, LoopbackSite, RefusedError, Request


class MoebooruSite(LoopbackSite):
    def is_write(self, request: Request) -> bool:
        return request.path == "/post/update.json"

    def handle(self, request: Request) -> Json:
        if request.path == "/tag.json":
            name = request.query["name"]
            return [{"name": tag, "count": 3} for tag in sorted(self.known) if name in tag]
        if request.path == "/post.json":
            return self._found(request.query["tags"].split())
        if self.is_write(request):
            return self._update(request.form)
        raise RefusedError(404)

    def _found(self, words: list[str]) -> Json:
        wanted = dict(word.split(":", 1) for word in words)
        return [
            {"id": int(key), "tags": " ".join(sorted(post.tags)), "md5": post.md5}
            | {"rating": post.rating}
            for key, post in self.posts.items()
            if wanted.get("id", key) == key and wanted.get("md5", post.md5) == post.md5
        ]

    def _update(self, form: dict[str, str]) -> Json:
        if (form.get("username"), form.get("api_key")) != (self.user, self.key):
            raise RefusedError(403, {"success": False, "reason": "access denied"})
        post = self.posts[form["id"]]
        if post.deleted:
            raise RefusedError(422, {"success": False, "reason": "Post Locked"})
        post.rate(self.user, form.get("post[rating]", ""))
        if "post[tags]" not in form:
            return {"success": True, "post": {"id": int(form["id"])}}
        new, old = form["post[tags]"].split(), form["post[old_tags]"].split()
        now = post.tags
        merged = ((now | set(new)) - set(old)) | (now & set(new))
        tags = {self.aliases.get(tag, tag) for tag in merged}
        while more := {self.implications[t] for t in tags if t in self.implications} - tags:
            tags |= more
        self.known |= tags
        post.change(self.user, tags)
        return {"success": True, "post": {"id": int(form["id"]), "tags": " ".join(new)}}
