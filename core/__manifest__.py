{
    "version": "0.1.0",
    "title": "Host",
    "summary": "Users, companies, jobs, mail, documents and screens for every addon.",
    "category": "Host",
}
