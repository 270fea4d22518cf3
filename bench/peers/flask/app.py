"""The shop of the origin story, as a typical team writes it: one Flask application on PostgreSQL."""

import json
import os
import uuid

import click
from flask import Flask, abort, flash, redirect, render_template, request, session, url_for
from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import joinedload, selectinload

from models import Cart, CartItem, Order, OrderLine, Product, Variant, db

PAGE = 24

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "development")
db.init_app(app)


@app.template_filter("money")
def money(cents):
    return f"€{cents // 100}.{cents % 100:02d}"


@app.context_processor
def navigation():
    return {"collections": db.session.scalars(select(Product.collection).distinct().order_by(Product.collection)).all()}


def page_of(query):
    page = max(1, request.args.get("page", 1, type=int))
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    products = db.session.scalars(query.options(selectinload(Product.variants)).offset((page - 1) * PAGE).limit(PAGE)).all()
    return {"products": products, "page": page, "pages": max(1, -(-total // PAGE))}


@app.get("/")
def home():
    newest = db.session.scalars(select(Product).options(selectinload(Product.variants))
                                .order_by(Product.id.desc()).limit(PAGE)).all()
    return render_template("home.html", products=newest)


@app.get("/collections/<handle>")
def collection(handle):
    query = select(Product).where(Product.collection == handle).order_by(Product.id)
    return render_template("collection.html", title=handle.title(), **page_of(query))


@app.get("/search")
def search():
    words = request.args.get("q", "").strip()
    query = select(Product).where(or_(Product.title.ilike(f"%{words}%"), Product.description.ilike(f"%{words}%")))
    return render_template("collection.html", title=f"Results for “{words}”", **page_of(query.order_by(Product.id)))


@app.get("/products/<handle>")
def product(handle):
    found = db.session.scalar(select(Product).options(selectinload(Product.variants)).where(Product.handle == handle))
    if found is None:
        abort(404)
    related = db.session.scalars(select(Product).options(selectinload(Product.variants))
                                 .where(Product.collection == found.collection, Product.id != found.id)
                                 .order_by(Product.id).limit(4)).all()
    return render_template("product.html", product=found, related=related)


def cart_items(cart_id):
    return db.session.scalars(select(CartItem).where(CartItem.cart_id == cart_id)
                              .options(joinedload(CartItem.variant).joinedload(Variant.product))).all()


@app.get("/cart")
def cart():
    items = cart_items(session.get("cart_id"))
    return render_template("cart.html", items=items, total=sum(i.quantity * i.variant.price_cents for i in items))


@app.post("/cart/items")
def add_to_cart():
    variant = db.session.get(Variant, request.form.get("variant_id", 0, type=int))
    quantity = request.form.get("quantity", 1, type=int)
    if variant is None or quantity < 1:
        abort(404)
    if variant.stock < quantity:
        flash("Sorry, that is sold out.")
        return redirect(url_for("product", handle=variant.product.handle))
    found = db.session.get(Cart, session["cart_id"]) if "cart_id" in session else None
    if found is None:
        found = Cart()
        db.session.add(found)
        db.session.flush()
        session["cart_id"] = found.id
    item = db.session.scalar(select(CartItem).where(CartItem.cart_id == found.id, CartItem.variant_id == variant.id))
    if item:
        item.quantity += quantity
    else:
        db.session.add(CartItem(cart_id=found.id, variant_id=variant.id, quantity=quantity))
    db.session.commit()
    return redirect(url_for("cart"))


@app.post("/checkout")
def checkout():
    items = db.session.scalars(select(CartItem).where(CartItem.cart_id == session.get("cart_id")).with_for_update()).all()
    if not items:
        flash("Your cart is empty.")
        return redirect(url_for("cart"))
    wanted = {item.variant_id: item.quantity for item in items}
    variants = db.session.scalars(select(Variant).where(Variant.id.in_(wanted)).order_by(Variant.id).with_for_update()).all()
    if any(variant.stock < wanted[variant.id] for variant in variants):
        db.session.rollback()
        return render_template("sold_out.html"), 409
    for variant in variants:
        variant.stock -= wanted[variant.id]
    order = Order(number=uuid.uuid4().hex[:12].upper(), email=request.form["email"], name=request.form["name"],
                  address=", ".join(request.form[part] for part in ("address", "postcode", "city", "country")),
                  payment=request.form["payment"], status="placed",
                  total_cents=sum(variant.price_cents * wanted[variant.id] for variant in variants),
                  lines=[OrderLine(variant_id=variant.id, quantity=wanted[variant.id], unit_cents=variant.price_cents)
                         for variant in variants])
    db.session.add(order)
    for item in items:
        db.session.delete(item)
    db.session.commit()
    session["orders"] = [*session.get("orders", []), order.number][-10:]
    return redirect(url_for("show_order", number=order.number))


@app.get("/orders/<number>")
def show_order(number):
    order = db.session.scalar(select(Order).options(selectinload(Order.lines).joinedload(OrderLine.variant))
                              .where(Order.number == number))
    if order is None or number not in session.get("orders", []):
        abort(404)
    return render_template("order.html", order=order)


@app.cli.command("load")
@click.argument("file", type=click.File())
def load(file):
    """Makes the tables and loads the products of a JSON file."""
    db.create_all()
    products = json.load(file)
    db.session.execute(insert(Product), [{name: product[name] for name in ("id", "handle", "title", "description", "collection")}
                                         for product in products])
    db.session.execute(insert(Variant), [{"product_id": product["id"], **variant}
                                         for product in products for variant in product["variants"]])
    db.session.commit()
