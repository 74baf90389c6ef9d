// Keeps addresses short: fields that are empty are no part of a list's state.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  const kept = [...detail.formData.entries()].filter(([, value]) => value !== "");
  for (const name of new Set(detail.formData.keys())) detail.formData.delete(name);
  for (const [name, value] of kept) detail.formData.append(name, value);
});
