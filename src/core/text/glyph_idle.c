#include <pthread.h>

#include "text/glyph_idle.h"


struct glyph_idle_s {
    pthread_mutex_t     mutex;
    glyph_idle_item_t  *first;
};


glyph_idle_t *
glyph_idle_create(void)
{
    glyph_idle_t  *list;

    list = malloc(sizeof(glyph_idle_t));
    if (list == NULL) {
        return NULL;
    }

    list->first = NULL;

    if (pthread_mutex_init(&list->mutex, NULL) != 0) {
        free(list);
        return NULL;
    }

    return list;
}


void
glyph_idle_destroy(glyph_idle_t *list)
{
    glyph_idle_item_t  *item;

    if (list == NULL) {
        return;
    }

    while (list->first) {
        item = list->first;
        list->first = item->next;
        item->destroy(item);
    }

    (void) pthread_mutex_destroy(&list->mutex);
    free(list);
}


glyph_idle_item_t *
glyph_idle_take(glyph_idle_t *list)
{
    glyph_idle_item_t  *item;

    (void) pthread_mutex_lock(&list->mutex);

    item = list->first;

    if (item) {
        list->first = item->next;
    }

    (void) pthread_mutex_unlock(&list->mutex);

    return item;
}


void
glyph_idle_give(glyph_idle_t *list, glyph_idle_item_t *item)
{
    (void) pthread_mutex_lock(&list->mutex);

    item->next = list->first;
    list->first = item;

    (void) pthread_mutex_unlock(&list->mutex);
}
