"""The languages of the product, below all rooms, since tables refuse any other one."""

#: Code → what the language calls itself.
LOCALES = {"en": "English", "zh_CN": "简体中文"}
